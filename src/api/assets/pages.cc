#include "api/assets/pages.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace clew::api {

namespace {

constexpr std::string_view kWithoutUi =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Clew</title></head><body>"
    "<h1>Clew is running</h1><p>The user interface was not built into this program. Build it with "
    "<code>npm run build</code> in <code>web/</code> and start with <code>--web-dir web/dist</code>, or build the "
    "release preset.</p></body></html>";

constexpr std::string_view kCommonHeaders =
    "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"
    "X-Robots-Tag: noindex\r\nCross-Origin-Resource-Policy: same-origin\r\n";
constexpr std::string_view kDocumentHeaders =
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Permissions-Policy: accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), usb=(), fullscreen=(self), clipboard-write=(self)\r\n"
    "Cache-Control: no-cache\r\n";
constexpr std::string_view kHsts = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

struct Type {
  std::string_view extension;
  std::string_view name;
};
constexpr std::array<Type, 15> kTypes = {{{".html", "text/html; charset=utf-8"},
                                          {".js", "text/javascript; charset=utf-8"},
                                          {".mjs", "text/javascript; charset=utf-8"},
                                          {".css", "text/css; charset=utf-8"},
                                          {".json", "application/json; charset=utf-8"},
                                          {".map", "application/json; charset=utf-8"},
                                          {".svg", "image/svg+xml"},
                                          {".png", "image/png"},
                                          {".jpg", "image/jpeg"},
                                          {".ico", "image/x-icon"},
                                          {".woff2", "font/woff2"},
                                          {".woff", "font/woff"},
                                          {".wasm", "application/wasm"},
                                          {".webmanifest", "application/manifest+json"},
                                          {".txt", "text/plain; charset=utf-8"}}};

std::string_view type_of(std::string_view path) {
  for (const Type& type : kTypes) {
    if (path.ends_with(type.extension)) return type.name;
  }
  return "application/octet-stream";
}

std::string policy(const PageOptions& options) {
  std::string media;
  for (const std::string& origin : options.media_origins)
    media += " " + origin;
  std::string text = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:" + media +
                     "; media-src 'self' blob:" + media + "; connect-src 'self'" + media +
                     "; font-src 'self'; frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
                     "form-action 'self'; object-src 'none'";
  if (options.upgrade_insecure) text += "; upgrade-insecure-requests";
  return text;
}

// The build refers to its files from the root; below a base path they are there.
std::string with_base_path(std::string html, const std::string& base_path) {
  if (base_path.empty()) return html;
  for (const std::string_view attribute : {" src=\"/", " href=\"/"}) {
    std::size_t at = 0;
    while ((at = html.find(attribute, at)) != std::string::npos) {
      at += attribute.size() - 1;
      if (!html.substr(at).starts_with("//")) html.insert(at, base_path);
    }
  }
  const std::size_t head = html.find("<head>");
  if (head != std::string::npos) {
    html.insert(head + 6, "<meta name=\"clew-base-path\" content=\"" + base_path + "\" />");
  }
  return html;
}

bool accepts_gzip(const http::Request& request) {
  for (const std::string_view part : text::split(request.headers.get("accept-encoding"), ',')) {
    const auto words = text::split(part, ';');
    if (!text::equals_ignore_case(text::trim(words[0]), "gzip")) continue;
    if (words.size() == 1) return true;
    const std::string_view weight = text::trim(words[1]);
    return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000";
  }
  return false;
}

bool matches_etag(const http::Request& request, std::string_view etag) {
  for (std::string_view part : text::split(request.headers.get("if-none-match"), ',')) {
    part = text::trim(part);
    if (part.starts_with("W/")) part.remove_prefix(2);
    if (part == etag || part == "*") return true;
  }
  return false;
}

// A path without a file is a page of the UI when a person asks: names with dots occur inside of pages' paths.
bool asks_for_page(const http::Request& request, std::string_view path) {
  if (path.starts_with("/assets/")) return false;
  if (request.headers.get("accept").find("text/html") != std::string_view::npos) return true;
  return path.substr(path.rfind('/') + 1).find('.') == std::string_view::npos;
}

std::string simple_hash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return text::to_hex({reinterpret_cast<const char*>(&hash), sizeof(hash)});
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

}  // namespace

Pages::Pages(PageOptions options, std::span<const EmbeddedFile> files) : options_(std::move(options)), files_(files) {
  headers_ = kCommonHeaders;
  if (options_.https) headers_ += kHsts;
  document_headers_ =
      headers_ + std::string(kDocumentHeaders) + "Content-Security-Policy: " + policy(options_) + "\r\n";
  std::string_view index = kWithoutUi;
  for (const EmbeddedFile& one : files_) {
    if (one.path == "/index.html") index = one.content;
  }
  document_ = with_base_path(std::string(index), options_.base_path);
  document_etag_ = "\"" + simple_hash(document_) + "\"";
}

http::Response Pages::answer(const http::Request& request, std::string_view path) const {
  if (!options_.web_dir.empty()) return from_disk(request, path);
  const auto found = std::ranges::lower_bound(files_, path, {}, &EmbeddedFile::path);
  if (found != files_.end() && found->path == path && path != "/index.html") return file(request, *found);
  if (!asks_for_page(request, path)) return not_found();
  if (matches_etag(request, document_etag_)) {
    http::Response unchanged{.status = 304};
    unchanged.static_headers = document_headers_;
    unchanged.headers.add("ETag", document_etag_);
    return unchanged;
  }
  http::Response response = document(request, document_);
  response.headers.add("ETag", document_etag_);
  return response;
}

http::Response Pages::file(const http::Request& request, const EmbeddedFile& file) const {
  http::Response response;
  response.static_headers = headers_;
  response.headers.add("ETag", std::string(file.etag));
  response.headers.add("Cache-Control",
                       file.path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  if (!file.gzip.empty()) response.headers.add("Vary", "Accept-Encoding");
  if (matches_etag(request, file.etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", std::string(type_of(file.path)));
  response.static_body = file.content;
  if (!file.gzip.empty() && accepts_gzip(request)) {
    response.static_body = file.gzip;
    response.headers.add("Content-Encoding", "gzip");
  }
  return response;
}

http::Response Pages::document(const http::Request&, std::string_view content) const {
  http::Response response;
  response.static_headers = document_headers_;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.body = content;
  return response;
}

http::Response Pages::not_found() const {
  http::Response response = http::json_response(404, R"({"message":"Not found","error":"NotFoundError"})");
  response.static_headers = headers_;
  return response;
}

http::Response Pages::from_disk(const http::Request& request, std::string_view path) const {
  namespace fs = std::filesystem;
  std::error_code ec;
  const fs::path root = fs::weakly_canonical(options_.web_dir, ec);
  const auto decoded = text::percent_decode(path, false);
  if (decoded && decoded->find('\0') == std::string::npos) {
    const fs::path wanted = fs::weakly_canonical(root / fs::path(*decoded).relative_path(), ec);
    const bool inside = std::mismatch(root.begin(), root.end(), wanted.begin(), wanted.end()).first == root.end();
    if (!ec && inside && fs::is_regular_file(wanted, ec) && wanted.filename() != "index.html") {
      auto content = read_file(wanted);
      if (!content) return not_found();
      http::Response response;
      response.static_headers = headers_;
      response.headers.add("Content-Type", std::string(type_of(wanted.native())));
      response.headers.add("Cache-Control", "no-cache");
      response.body = *std::move(content);
      return response;
    }
  }
  if (!asks_for_page(request, path)) return not_found();
  auto index = read_file(root / "index.html");
  return document(request, index ? with_base_path(*std::move(index), options_.base_path) : std::string(kWithoutUi));
}

}  // namespace clew::api

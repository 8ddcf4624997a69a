#include "api/assets/pages.h"

#include <array>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/text.h"

namespace clew::api {
namespace {

constexpr std::array<EmbeddedFile, 3> kFiles = {{
    {"/assets/app-1a2b.js", "let x = 1;", "GZIPPED", "\"aaaa\""},
    {"/icon.svg", "<svg/>", {}, "\"bbbb\""},
    {"/index.html",
     "<html><head><title>Clew</title><script src=\"/assets/app-1a2b.js\"></script></head></html>",
     {},
     "\"cccc\""},
}};

http::Response get(const Pages& pages, std::string_view path, std::string_view accept = "text/html",
                   std::string_view encoding = {}, std::string_view etag = {}) {
  http::Request request;
  request.headers.add("Accept", std::string(accept));
  if (!encoding.empty()) request.headers.add("Accept-Encoding", std::string(encoding));
  if (!etag.empty()) request.headers.add("If-None-Match", std::string(etag));
  return pages.answer(request, path);
}

TEST(PagesTest, HashedFilesAreImmutableAndCompressedWhereAccepted) {
  const Pages pages({}, kFiles);
  const auto plain = get(pages, "/assets/app-1a2b.js", "*/*");
  EXPECT_EQ(plain.content(), "let x = 1;");
  EXPECT_EQ(plain.headers.get("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(plain.headers.get("cache-control"), "public, max-age=31536000, immutable");
  const auto packed = get(pages, "/assets/app-1a2b.js", "*/*", "br, gzip;q=0.8");
  EXPECT_EQ(packed.content(), "GZIPPED");
  EXPECT_EQ(packed.headers.get("content-encoding"), "gzip");
  EXPECT_EQ(packed.headers.get("vary"), "Accept-Encoding");
  EXPECT_EQ(get(pages, "/assets/app-1a2b.js", "*/*", "gzip;q=0").content(), "let x = 1;");
}

TEST(PagesTest, OtherFilesAreRevalidated) {
  const Pages pages({}, kFiles);
  EXPECT_EQ(get(pages, "/icon.svg").headers.get("cache-control"), "no-cache");
  const auto unchanged = get(pages, "/icon.svg", "*/*", {}, "W/\"bbbb\"");
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_TRUE(unchanged.content().empty());
}

TEST(PagesTest, PathsOfTheUiGetTheDocumentWithAStrictPolicy) {
  const Pages pages({.https = true}, kFiles);
  for (const char* path : {"/", "/index.html", "/project/p/traces/t", "/project/p/datasets/v1.2"}) {
    const auto page = get(pages, path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_EQ(page.headers.get("content-type"), "text/html; charset=utf-8");
    EXPECT_NE(page.static_headers.find("script-src 'self'; style-src 'self';"), std::string_view::npos);
    EXPECT_EQ(page.static_headers.find("unsafe"), std::string_view::npos);
    EXPECT_NE(page.static_headers.find("Strict-Transport-Security"), std::string_view::npos);
    EXPECT_EQ(get(pages, path, "text/html", {}, page.headers.get("etag")).status, 304);
  }
}

TEST(PagesTest, AMissingFileIsNotAPage) {
  const Pages pages({}, kFiles);
  EXPECT_EQ(get(pages, "/assets/old-9f9f.js", "text/html").status, 404);
  EXPECT_EQ(get(pages, "/favicon.ico", "image/*").status, 404);
}

TEST(PagesTest, TheDocumentKnowsTheBasePath) {
  const Pages pages({.base_path = "/clew"}, kFiles);
  EXPECT_EQ(get(pages, "/").content(),
            "<html><head><meta name=\"clew-base-path\" content=\"/clew\" /><title>Clew</title>"
            "<script src=\"/clew/assets/app-1a2b.js\"></script></head></html>");
}

TEST(PagesTest, WithoutAUiThePageSaysSo) {
  const Pages pages({}, {});
  EXPECT_EQ(get(pages, "/").status, 200);
  EXPECT_NE(get(pages, "/").content().find("not built into this program"), std::string_view::npos);
}

TEST(PagesTest, ADirectoryIsServedButNothingOutsideOfIt) {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / ("clew-pages-" + text::random_hex(8));
  fs::create_directories(root / "web");
  std::ofstream(root / "web" / "index.html") << "<p>index</p>";
  std::ofstream(root / "web" / "a b.css") << "p{}";
  std::ofstream(root / "secret.txt") << "secret";
  fs::create_symlink(root / "secret.txt", root / "web" / "link.txt");
  const Pages pages({.web_dir = root / "web"}, {});
  EXPECT_EQ(get(pages, "/a%20b.css", "*/*").content(), "p{}");
  EXPECT_EQ(get(pages, "/traces").content(), "<p>index</p>");
  for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "//etc/passwd"}) {
    const auto answer = get(pages, path, "*/*");
    EXPECT_EQ(answer.content().find("secret"), std::string_view::npos) << path;
    EXPECT_EQ(answer.content().find("root:"), std::string_view::npos) << path;
  }
  fs::remove_all(root);
}

}  // namespace
}  // namespace clew::api

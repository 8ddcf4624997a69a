#include "http/internal/request_parser.h"

#include <boost/beast/http/error.hpp>

#include "base/text.h"

namespace clew::http {

namespace bhttp = boost::beast::http;

namespace {

constexpr std::size_t kFieldsMax = 128;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

int status_of(const boost::beast::error_code& ec) {
  if (ec == bhttp::error::header_limit || ec == bhttp::error::buffer_overflow) return 431;
  if (ec == bhttp::error::bad_version) return 505;
  return 400;
}

// Splits the request target into path and query; false for a form we do not serve.
bool set_target(Request& request, std::string_view target) {
  if (!target.starts_with('/')) {
    if (target == "*" && request.method == Method::kOptions) {
      request.path = target;
      return true;
    }
    // absolute-form, which every server must accept (RFC 9112 3.2.2)
    const std::string scheme = text::lower(target.substr(0, 8));
    const std::size_t prefix = scheme.starts_with("http://") ? 7 : scheme.starts_with("https://") ? 8 : 0;
    if (prefix == 0) return false;
    const std::size_t path = target.find_first_of("/?", prefix);
    if (path == prefix) return false;
    target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  return true;
}

}  // namespace

RequestParser::RequestParser(Request& request, std::size_t header_bytes_max) : request_(request) {
  header_limit(static_cast<std::uint32_t>(header_bytes_max));
  body_limit(boost::none);  // the reader of the body bounds it
  eager(false);
}

std::size_t RequestParser::feed_head(std::string_view bytes, int& status) {
  Code ec;
  const std::size_t used = put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  status = ec && ec != bhttp::error::need_more ? status_of(ec) : 0;
  // A line that begins with a blank continues the one before (obs-fold): proxies disagree about it, nobody sends it.
  for (const char c : bytes.substr(0, used)) {
    if (last_used_ == '\n' && (c == ' ' || c == '\t')) status = 400;
    last_used_ = c;
  }
  return used;
}

void RequestParser::on_request_impl(bhttp::verb, Text method, Text target, int version, Code& ec) {
  version_ = version;
  request_.method = http::parse_method(view(method));
  if (!set_target(request_, view(target))) ec = bhttp::error::bad_target;
}

void RequestParser::on_field_impl(bhttp::field field, Text name, Text value, Code& ec) {
  if (++fields_ > kFieldsMax) {
    ec = bhttp::error::header_limit;
    return;
  }
  if (field == bhttp::field::host) ++hosts_;
  request_.headers.add(std::string(view(name)), std::string(view(value)));
}

void RequestParser::on_header_impl(Code& ec) {
  // Exactly one Host in HTTP/1.1 (RFC 9112 3.2). A body whose end two readers could see in two places is how requests
  // are smuggled: no length beside chunked framing, no transfer coding but "chunked" alone.
  if (version_ == 11 && hosts_ != 1) ec = bhttp::error::bad_field;
  for (const auto& [name, value] : request_.headers.items()) {
    if (text::equals_ignore_case(name, "content-length")) {
      const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string::npos;
      if (!digits || chunked()) ec = bhttp::error::bad_content_length;
    } else if (text::equals_ignore_case(name, "transfer-encoding")) {
      if (!text::equals_ignore_case(value, "chunked") || version_ == 10) ec = bhttp::error::bad_transfer_encoding;
    }
  }
}

}  // namespace clew::http

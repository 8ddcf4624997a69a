// Beast's parser for the head of a request, turned into our Request. Strict about framing: what cannot be delimited
// beyond doubt is refused. The body is not its business.
#pragma once

#include <cstdint>
#include <string_view>

#include <boost/beast/http/basic_parser.hpp>

#include "base/result.h"
#include "http/message.h"

namespace clew::http {

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  // `request` must outlive the parser.
  RequestParser(Request& request, std::size_t header_bytes_max);

  // Feeds bytes of the head; returns how many were used. `status` is 0 when all is well (look at is_header_done()),
  // else the HTTP status to refuse with.
  std::size_t feed_head(std::string_view bytes, int& status);
  // Whether a body follows the head.
  bool has_body() const { return is_header_done() && !is_done(); }
  bool is_http_1_0() const { return version_ == 10; }

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Code& ec) override;
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(boost::beast::http::field, Text name, Text value, Code& ec) override;
  void on_header_impl(Code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  std::size_t on_body_impl(Text, Code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text, Code&) override { return 0; }
  void on_finish_impl(Code&) override {}

  Request& request_;
  int version_ = 11;
  char last_used_ = '\0';  // byte before the next to be fed
  unsigned hosts_ = 0;
  std::size_t fields_ = 0;
};

}  // namespace clew::http

// The status line and headers of a response, as bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/message.h"

namespace clew::http {

std::string_view reason_phrase(int status);

struct HeadOptions {
  bool keep_alive = true;
  bool http_1_0 = false;
  std::size_t content_length = 0;
  std::string_view date;  // RFC 9110 form
};

// Statuses without content (1xx, 204, 304) get no length. CR, LF and NUL in names and values become blanks.
std::string response_head(const Response& response, const HeadOptions& options);

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(std::int64_t epoch_seconds);

}  // namespace clew::http

// Any bytes, cut anywhere: head and chunked body are parsed to the same end however the bytes were cut.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "http/internal/chunked_decoder.h"
#include "http/internal/request_parser.h"

namespace {

using clew::http::ChunkedDecoder;
using clew::http::Request;
using clew::http::RequestParser;

struct Outcome {
  int status = 0;
  bool is_head_done = false;
  bool is_body_done = false;
  std::size_t rest = 0;  // bytes behind the message
  Request request;
};

Outcome parse(std::string_view bytes, std::size_t step) {
  Outcome outcome;
  RequestParser parser(outcome.request, 64 * 1024);
  std::string input;
  while (outcome.status == 0 && !parser.is_header_done() && !bytes.empty()) {
    input.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    input.erase(0, parser.feed_head(input, outcome.status));
  }
  outcome.is_head_done = outcome.status == 0 && parser.is_header_done();
  if (!outcome.is_head_done || !parser.has_body() || parser.content_length()) return outcome;
  ChunkedDecoder chunks;
  while (!chunks.is_done() && !chunks.is_bad() && (!input.empty() || !bytes.empty())) {
    if (input.empty()) {
      input = bytes.substr(0, step);
      bytes.remove_prefix(std::min(step, bytes.size()));
    }
    std::string_view data;
    const std::size_t used = chunks.feed(input, data);
    if (used == 0) std::abort();  // it must get on
    outcome.request.body.append(data);
    input.erase(0, used);
  }
  outcome.is_body_done = chunks.is_done();
  outcome.rest = input.size() + bytes.size();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 32 * 1024) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = parse(bytes, size);
  const Outcome cut = parse(bytes, 1 + data[0] % 7);
  if (whole.is_head_done != cut.is_head_done || whole.is_body_done != cut.is_body_done) std::abort();
  if (!whole.is_head_done) return 0;
  if (whole.request.path != cut.request.path || whole.request.headers.items() != cut.request.headers.items()) {
    std::abort();
  }
  if (whole.is_body_done && (whole.request.body != cut.request.body || whole.rest != cut.rest)) std::abort();
  return 0;
}

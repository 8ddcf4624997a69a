#include "http/internal/chunked_decoder.h"

#include <algorithm>

namespace clew::http {

namespace {
constexpr unsigned kSizeDigitsMax = 15;  // no overflow
constexpr std::size_t kExtensionBytesMax = 1024;
constexpr std::size_t kTrailerBytesMax = 8UL * 1024;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

std::size_t ChunkedDecoder::feed(std::string_view bytes, std::string_view& data) {
  data = {};
  std::size_t used = 0;
  while (used < bytes.size() && !is_done() && !is_bad()) {
    if (state_ != State::kData) {
      state_ = after(bytes[used++]);
      continue;
    }
    const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(size_, bytes.size() - used));
    data = bytes.substr(used, take);
    size_ -= take;
    if (size_ == 0) state_ = State::kDataCr;
    return used + take;
  }
  return used;
}

ChunkedDecoder::State ChunkedDecoder::size_digit(char c) {
  const int value = hex_value(c);
  if (value >= 0) {
    if (++digits_ > kSizeDigitsMax) return State::kBad;
    size_ = size_ * 16 + static_cast<std::uint64_t>(value);
    return State::kSize;
  }
  if (digits_ == 0) return State::kBad;
  line_bytes_ = 0;
  if (c == '\r') return State::kSizeLf;
  return c == ';' || c == ' ' || c == '\t' ? State::kExtension : State::kBad;
}

ChunkedDecoder::State ChunkedDecoder::after(char c) {
  const auto expect = [c](char wanted, State next) { return c == wanted ? next : State::kBad; };
  switch (state_) {
    case State::kSize:
      return size_digit(c);
    case State::kExtension:
      if (c == '\r') return State::kSizeLf;
      return c == '\n' || ++line_bytes_ > kExtensionBytesMax ? State::kBad : State::kExtension;
    case State::kSizeLf:
      digits_ = 0;
      line_bytes_ = 0;
      return expect('\n', size_ == 0 ? State::kTrailerStart : State::kData);
    case State::kDataCr:
      return expect('\r', State::kDataLf);
    case State::kDataLf:
      return expect('\n', State::kSize);
    case State::kTrailerStart:
      if (c == '\r') return State::kEndLf;
      [[fallthrough]];
    case State::kTrailer:
      if (c == '\r') return State::kTrailerLf;
      return c == '\n' || ++line_bytes_ > kTrailerBytesMax ? State::kBad : State::kTrailer;
    case State::kTrailerLf:
      return expect('\n', State::kTrailerStart);
    case State::kEndLf:
      return expect('\n', State::kDone);
    case State::kData:
    case State::kDone:
    case State::kBad:
      break;
  }
  return State::kBad;
}

}  // namespace clew::http

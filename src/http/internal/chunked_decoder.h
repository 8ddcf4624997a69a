// Chunked transfer coding (RFC 9112 7.1), strictly: anything that two readers could take for different lengths is an
// error. Extensions and trailers are bounded and dropped: trailers come after the decisions made from the head.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clew::http {

class ChunkedDecoder {
 public:
  // Looks at the next bytes; returns how many belong to the message. `data` receives a piece of the body (it points
  // into `bytes` and may be empty). Call again with the rest until everything is used, is_done() or is_bad().
  std::size_t feed(std::string_view bytes, std::string_view& data);

  bool is_done() const { return state_ == State::kDone; }
  bool is_bad() const { return state_ == State::kBad; }

 private:
  enum class State : std::uint8_t {
    kSize,       // hexadecimal digits
    kExtension,  // after ';', up to CR
    kSizeLf,     // LF that ends the size line
    kData,
    kDataCr,  // CR and LF after the data
    kDataLf,
    kTrailerStart,  // a trailer line, or the empty line that ends the message
    kTrailer,
    kTrailerLf,
    kEndLf,
    kDone,
    kBad,
  };

  State after(char c);
  State size_digit(char c);

  State state_ = State::kSize;
  std::uint64_t size_ = 0;  // of the chunk; what is left of it in kData
  unsigned digits_ = 0;
  std::size_t line_bytes_ = 0;  // of extensions of one chunk, of all trailers together
};

}  // namespace clew::http

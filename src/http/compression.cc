#include "http/compression.h"

#include <array>

#include <zlib.h>
#include <zstd.h>

#include "base/text.h"

namespace clew::http {

namespace {

constexpr std::size_t kBlock = 64UL * 1024;
constexpr int kZstdWindowLogMax = 23;  // 8 MiB: what RFC 8878 asks every decoder to support

// The limits, the same for every coding.
class Output {
 public:
  Output(DecompressLimits limits, Decompressor::Grow grow) : limits_(limits), grow_(std::move(grow)) {}

  void count_input(std::size_t bytes) { input_bytes_ += bytes; }

  Result<> append(std::string_view block, std::string& out) {
    const std::size_t total = out.size() + block.size();
    if (total > limits_.bytes_max) {
      return Error{Errc::kTooLarge, "body is larger than " + std::to_string(limits_.bytes_max) + " bytes"};
    }
    if (total > limits_.ratio_free_bytes && total / limits_.ratio_max > input_bytes_) {
      return Error{Errc::kTooLarge, "compression ratio of the body is over " + std::to_string(limits_.ratio_max)};
    }
    if (grow_ && !grow_(total)) return Error{Errc::kOverloaded, "too many request bytes in memory"};
    out.append(block);
    return ok();
  }

 private:
  DecompressLimits limits_;
  Decompressor::Grow grow_;
  std::size_t input_bytes_ = 0;
};

Error damaged() {
  return {Errc::kInvalidArgument, "compressed body is damaged"};
}
Error truncated() {
  return {Errc::kInvalidArgument, "compressed body ends too early"};
}

class ZlibDecompressor final : public Decompressor {
 public:
  ZlibDecompressor(bool gzip, DecompressLimits limits, Grow grow) : gzip_(gzip), output_(limits, std::move(grow)) {}
  ZlibDecompressor(const ZlibDecompressor&) = delete;
  ZlibDecompressor& operator=(const ZlibDecompressor&) = delete;
  ~ZlibDecompressor() override {
    if (open_) ::inflateEnd(&stream_);
  }

  Result<> write(std::string_view input, std::string& out) override {
    if (input.empty()) return ok();
    if (!open_) CLEW_CHECK(open(input));
    output_.count_input(input.size());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    while (true) {
      if (ended_) {
        if (stream_.avail_in == 0) return ok();
        if (!gzip_ || ::inflateReset(&stream_) != Z_OK) return damaged();  // gzip may hold several members
        ended_ = false;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(block_.data());
      stream_.avail_out = static_cast<uInt>(block_.size());
      const int code = ::inflate(&stream_, Z_NO_FLUSH);
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return damaged();
      const std::size_t made = block_.size() - stream_.avail_out;
      if (made > 0) CLEW_CHECK(output_.append({block_.data(), made}, out));
      ended_ = code == Z_STREAM_END;
      if (!ended_ && stream_.avail_in == 0 && made < block_.size()) return ok();
      if (!ended_ && code == Z_BUF_ERROR && made == 0) return ok();
    }
  }

  Result<> finish() override {
    if (!ended_) return truncated();
    return ok();
  }

 private:
  // "deflate" means zlib by the standard, and raw deflate to many clients: the first two bytes tell.
  Result<> open(std::string_view input) {
    int window = gzip_ ? MAX_WBITS + 16 : MAX_WBITS;
    if (!gzip_) {
      const auto first = static_cast<unsigned char>(input[0]);
      const bool zlib_method = (first & 0x0F) == 8 && (first >> 4) <= 7;
      const bool checksum = input.size() < 2 || (first * 256U + static_cast<unsigned char>(input[1])) % 31U == 0;
      if (!zlib_method || !checksum) window = -MAX_WBITS;
    }
    if (::inflateInit2(&stream_, window) != Z_OK) return Error{Errc::kInternal, "cannot start zlib"};
    open_ = true;
    return ok();
  }

  const bool gzip_;
  Output output_;
  z_stream stream_{};
  bool open_ = false;
  bool ended_ = false;
  std::array<char, kBlock> block_{};
};

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor(DecompressLimits limits, Grow grow)
      : output_(limits, std::move(grow)), stream_(::ZSTD_createDStream(), &::ZSTD_freeDStream) {
    ::ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax);
  }

  Result<> write(std::string_view input, std::string& out) override {
    output_.count_input(input.size());
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    while (true) {
      ZSTD_outBuffer block{block_.data(), block_.size(), 0};
      const std::size_t before = in.pos;
      const std::size_t rest = ::ZSTD_decompressStream(stream_.get(), &block, &in);
      if (::ZSTD_isError(rest) != 0) return damaged();
      if (block.pos > 0) CLEW_CHECK(output_.append({block_.data(), block.pos}, out));
      if (in.pos > before || block.pos > 0) ended_ = rest == 0;
      if (in.pos == in.size && block.pos < block.size) return ok();
    }
  }

  Result<> finish() override {
    if (!ended_) return truncated();
    return ok();
  }

 private:
  Output output_;
  std::unique_ptr<ZSTD_DStream, decltype(&::ZSTD_freeDStream)> stream_;
  bool ended_ = false;
  std::array<char, kBlock> block_{};
};

}  // namespace

std::optional<ContentCoding> parse_content_coding(std::string_view value) {
  const std::string name = text::lower(text::trim(value));
  if (name.empty() || name == "identity") return ContentCoding::kIdentity;
  if (name == "gzip" || name == "x-gzip") return ContentCoding::kGzip;
  if (name == "deflate") return ContentCoding::kDeflate;
  if (name == "zstd") return ContentCoding::kZstd;
  return std::nullopt;
}

std::unique_ptr<Decompressor> Decompressor::create(ContentCoding coding, DecompressLimits limits, Grow grow) {
  switch (coding) {
    case ContentCoding::kIdentity:
      return nullptr;
    case ContentCoding::kGzip:
      return std::make_unique<ZlibDecompressor>(true, limits, std::move(grow));
    case ContentCoding::kDeflate:
      return std::make_unique<ZlibDecompressor>(false, limits, std::move(grow));
    case ContentCoding::kZstd:
      return std::make_unique<ZstdDecompressor>(limits, std::move(grow));
  }
  return nullptr;
}

std::string gzip(std::string_view text, int level) {
  z_stream stream{};
  std::string out;
  if (::deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return out;
  out.resize(::deflateBound(&stream, text.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

}  // namespace clew::http

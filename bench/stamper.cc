#include "bench/stamper.h"

#include <cstring>

#include <fmt/format.h>

#include "base/time.h"
#include "bench/random.h"

namespace clew::bench {

namespace {

void write_raw(char* out, std::uint64_t value) {
  std::memcpy(out, &value, sizeof value);
}

void write_hex(char* out, std::uint64_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  // Byte order as in the raw form, so that both name the same id.
  for (int byte = 0; byte < 8; ++byte) {
    const auto bits = static_cast<unsigned>(value >> (8 * byte) & 0xFFU);
    *out++ = kDigits[bits >> 4];
    *out++ = kDigits[bits & 15U];
  }
}

void write_digits(char* out, std::uint64_t value) {
  for (int i = 18; i >= 0; --i, value /= 10)
    out[i] = static_cast<char>('0' + value % 10);
}

void write_iso(char* out, std::uint64_t ns) {
  const std::string text = iso_ms(static_cast<TimeUs>(ns / 1'000));
  std::memcpy(out, text.data(), 24);
}

}  // namespace

Stamper::Stamper(std::uint64_t run, std::uint64_t connection) : base_(mix(run ^ mix(connection))) {}

std::uint64_t Stamper::span_id(const Ids& trace, std::uint32_t position) const {
  return mix(trace.trace_low + position) | 1U;
}

void Stamper::start_trace(const SpanShape& shape, std::uint64_t now_ns) {
  ++traces_;
  trace_.trace_high = mix(base_ + 2 * traces_);
  trace_.trace_low = mix(base_ + 2 * traces_ + 1);
  trace_.trace_start_ns = now_ns - shape.trace_ns;
}

void Stamper::stamp(Body& body, std::uint64_t now_ns) {
  std::vector<Ids> ids;
  ids.reserve(body.spans.size());
  for (const SpanShape& shape : body.spans) {
    // Also where the prebuilt bodies begin anew in the middle of a trace: an id must never be sent twice.
    const bool continues = traces_ > 0 && shape.position > last_position_;
    if (!continues) start_trace(shape, now_ns);
    last_position_ = shape.position;
    ids.push_back(trace_);
  }
  for (const Patch& patch : body.patches) {
    const SpanShape& shape = body.spans[patch.span];
    const Ids& trace = ids[patch.span];
    char* out = body.bytes.data() + patch.offset;
    const std::uint64_t start = trace.trace_start_ns + shape.offset_ns;
    const std::uint64_t end = start + shape.duration_ns;
    switch (patch.place) {
      case Place::kTraceRaw:
        write_raw(out, trace.trace_high);
        write_raw(out + 8, trace.trace_low);
        break;
      case Place::kTraceHex:
        write_hex(out, trace.trace_high);
        write_hex(out + 16, trace.trace_low);
        break;
      case Place::kSpanRaw:
        write_raw(out, span_id(trace, shape.position));
        break;
      case Place::kSpanHex:
        write_hex(out, span_id(trace, shape.position));
        break;
      case Place::kParentRaw:
        write_raw(out, span_id(trace, static_cast<std::uint32_t>(shape.parent)));
        break;
      case Place::kParentHex:
        write_hex(out, span_id(trace, static_cast<std::uint32_t>(shape.parent)));
        break;
      case Place::kStartRaw:
        write_raw(out, start);
        break;
      case Place::kEndRaw:
        write_raw(out, end);
        break;
      case Place::kStartDigits:
        write_digits(out, start);
        break;
      case Place::kEndDigits:
        write_digits(out, end);
        break;
      case Place::kStartIso:
        write_iso(out, start);
        break;
      case Place::kEndIso:
        write_iso(out, end);
        break;
    }
  }
}

std::string Stamper::last_trace_id() const {
  std::string out(32, '0');
  write_hex(out.data(), trace_.trace_high);
  write_hex(out.data() + 16, trace_.trace_low);
  return out;
}

}  // namespace clew::bench

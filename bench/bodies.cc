#include "bench/bodies.h"

#include <algorithm>

#include "bench/encoders.h"

namespace clew::bench {

namespace {

constexpr std::size_t kCalibrationSpans = 400;
constexpr std::size_t kSpansPerRequest = 100;

std::size_t length_of(Place place) {
  switch (place) {
    case Place::kTraceRaw:
    case Place::kSpanHex:
    case Place::kParentHex:
      return 16;
    case Place::kSpanRaw:
    case Place::kParentRaw:
    case Place::kStartRaw:
    case Place::kEndRaw:
      return 8;
    case Place::kTraceHex:
      return 32;
    case Place::kStartDigits:
    case Place::kEndDigits:
      return 19;
    case Place::kStartIso:
    case Place::kEndIso:
      return 24;
  }
  return 0;
}

}  // namespace

std::optional<Mode> parse_mode(std::string_view text) {
  for (const Mode mode : {Mode::kOtlpProtobuf, Mode::kOtlpJson, Mode::kEvents}) {
    if (text == to_text(mode)) return mode;
  }
  return std::nullopt;
}

std::string_view to_text(Mode mode) {
  switch (mode) {
    case Mode::kOtlpProtobuf:
      return "protobuf";
    case Mode::kOtlpJson:
      return "json";
    case Mode::kEvents:
      return "events";
  }
  return "";
}

std::string_view path_of(Mode mode) {
  return mode == Mode::kEvents ? "/api/public/ingestion" : "/api/public/otel/v1/traces";
}

std::string_view content_type_of(Mode mode) {
  return mode == Mode::kOtlpProtobuf ? "application/x-protobuf" : "application/json";
}

void append_place(Body& body, std::size_t span, Place place) {
  body.patches.push_back({.offset = static_cast<std::uint32_t>(body.bytes.size()),
                          .span = static_cast<std::uint16_t>(span),
                          .place = place});
  body.bytes.append(length_of(place), '0');
}

Body build_body(Mode mode, SpanSource& source, std::size_t spans) {
  std::vector<SpanTemplate> templates;
  templates.reserve(spans);
  for (std::size_t i = 0; i < spans; ++i)
    templates.push_back(source.next());
  Body body = mode == Mode::kOtlpProtobuf ? encode_protobuf(templates)
              : mode == Mode::kOtlpJson   ? encode_otlp_json(templates)
                                          : encode_events(templates);
  for (const SpanTemplate& span : templates) {
    body.spans.push_back({.position = span.position,
                          .parent = span.parent,
                          .offset_ns = span.offset_ns,
                          .duration_ns = span.duration_ns,
                          .trace_ns = span.trace_ns});
  }
  return body;
}

std::size_t calibrate_text_bytes(const Corpus& corpus, std::size_t span_bytes) {
  std::size_t text = span_bytes * 3 / 4;
  // Escaping makes the size grow a little faster than the text: a few rounds settle it.
  for (int round = 0; round < 4; ++round) {
    SpanSource source(corpus, 1, text);
    std::size_t bytes = 0;
    for (std::size_t spans = 0; spans < kCalibrationSpans; spans += kSpansPerRequest)
      bytes += build_body(Mode::kOtlpProtobuf, source, kSpansPerRequest).bytes.size();
    const std::size_t actual = bytes / kCalibrationSpans;
    text = std::max<std::size_t>(64, text + span_bytes - std::min(actual, text + span_bytes - 64));
  }
  return text;
}

}  // namespace clew::bench

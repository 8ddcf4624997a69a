// Puts new ids and current times into prebuilt bodies. One per connection.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "bench/bodies.h"

namespace clew::bench {

class Stamper {
 public:
  // Ids depend on both numbers: different runs and connections never share one.
  Stamper(std::uint64_t run, std::uint64_t connection);

  // Bodies that continue a trace must be stamped in the order they were built. `now_ns`: since the epoch; the spans
  // end at about this time.
  void stamp(Body& body, std::uint64_t now_ns);

  // The last trace whose root was stamped, in hexadecimal.
  std::string last_trace_id() const;

 private:
  struct Ids {
    std::uint64_t trace_high = 0, trace_low = 0, trace_start_ns = 0;
  };
  std::uint64_t span_id(const Ids& trace, std::uint32_t position) const;
  void start_trace(const SpanShape& shape, std::uint64_t now_ns);

  std::uint64_t base_;
  std::uint64_t traces_ = 0;
  Ids trace_;
  std::uint32_t last_position_ = 0;
};

}  // namespace clew::bench

// Merges get the processor that nobody else asks for first. They are half of what spans cost at half load, and can
// wait; what is being inserted cannot. Measured on two cores at 12,400 spans/s: visible p99 269–340 ms instead of
// 440–460. At full load they still get their share (a weight of a third), which keeps up with inserts.
#pragma once

#include <cstddef>

namespace clew::analytics {

inline constexpr int kMergeNiceness = 5;  // above that of the caller

// Lowers the priority of the engine's merge threads in this process; how many there are. The engine's own setting for
// this does nothing without CAP_SYS_NICE, though nobody needs that for being nicer.
std::size_t lower_merge_priority();

}  // namespace clew::analytics

// Which versions we report.
#pragma once

#include <string_view>

namespace clew::api {

// What clients see as the server's version: some gate features on it, so it stays a 4.x of the reference.
inline constexpr std::string_view kReferenceVersion = "4.80.0";
// Our own, from the build.
inline constexpr std::string_view kVersion = CLEW_VERSION;

}  // namespace clew::api

// Ids made by the server. They are derived, never random: a request decoded again after a crash, or sent again by a
// client, must name the same record (contract/reliability.md 6).
#pragma once

#include <string>
#include <string_view>

namespace clew::ingest {

// A UUID (version 8) that is a function of its arguments. `purpose` keeps ids of different kinds apart.
std::string derived_uuid(std::string_view purpose, std::string_view seed);

}  // namespace clew::ingest

// Turns ClickHouse's error text ("Code: 241. DB::Exception: …") into an Error. Shared by both engines, so that a caller
// cannot tell them apart.
#pragma once

#include <string_view>

#include "base/result.h"

namespace clew::analytics {

// The number after "Code: ", 0 when there is none.
int engine_error_code(std::string_view text);
Error engine_error(std::string_view statement_name, std::string_view text);
// For inserts: decides between "these rows are wrong" (kInvalidArgument) and "try again later" (kUnavailable).
Error insert_error(std::string_view table, std::string_view text);

}  // namespace clew::analytics

#include "analytics/engine_error.h"

#include <charconv>

namespace clew::analytics {

namespace {

Errc errc_of(int code) {
  switch (code) {
    case 159:  // TIMEOUT_EXCEEDED
    case 160:  // TOO_SLOW
      return Errc::kDeadlineExceeded;
    case 241:  // MEMORY_LIMIT_EXCEEDED
    case 158:  // TOO_MANY_ROWS
    case 396:  // TOO_MANY_ROWS_OR_BYTES
    case 307:  // TOO_MANY_BYTES
      return Errc::kTooLarge;
    case 394:  // QUERY_WAS_CANCELLED
      return Errc::kCancelled;
    case 202:  // TOO_MANY_SIMULTANEOUS_QUERIES
    case 209:  // SOCKET_TIMEOUT
    case 210:  // NETWORK_ERROR
    case 242:  // TABLE_IS_READ_ONLY
    case 243:  // NOT_ENOUGH_SPACE
    case 252:  // TOO_MANY_PARTS
    case 285:  // TOO_FEW_LIVE_REPLICAS
    case 319:  // UNKNOWN_STATUS_OF_INSERT
    case 999:  // KEEPER_EXCEPTION
      return Errc::kUnavailable;
    default:
      return Errc::kInternal;
  }
}

// Errors that the same rows will meet again: unreadable data, values out of range, too large.
bool blames_rows(int code) {
  switch (code) {
    case 6:    // CANNOT_PARSE_TEXT
    case 27:   // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    case 33:   // CANNOT_READ_ALL_DATA
    case 53:   // TYPE_MISMATCH
    case 69:   // ARGUMENT_OUT_OF_BOUND
    case 70:   // CANNOT_CONVERT_TYPE
    case 131:  // TOO_LARGE_STRING_SIZE
    case 190:  // SIZES_OF_ARRAYS_DONT_MATCH
    case 321:  // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    case 407:  // DECIMAL_OVERFLOW
      return true;
    default:
      return false;
  }
}

}  // namespace

int engine_error_code(std::string_view text) {
  const auto at = text.find("Code: ");
  int code = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at + 6, text.data() + text.size(), code);
  return code;
}

Error engine_error(std::string_view statement_name, std::string_view text) {
  return Error{errc_of(engine_error_code(text)),
               std::string(statement_name) + ": " + std::string(text.substr(0, 2000))};
}

Error insert_error(std::string_view table, std::string_view text) {
  const Errc code = blames_rows(engine_error_code(text)) ? Errc::kInvalidArgument : Errc::kUnavailable;
  return Error{code, "insert into " + std::string(table) + ": " + std::string(text.substr(0, 2000))};
}

}  // namespace clew::analytics

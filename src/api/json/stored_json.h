// Stored text that may be JSON, on its way out.
//
// Inputs, outputs and metadata are stored as text. Old clients get them back as the JSON value that text is, if it is
// one. The text is checked and copied in one pass, without building values, so that large payloads cost little and
// arrive as they were sent: key order, number forms and escapes unchanged.
#pragma once

#include <string>
#include <string_view>

namespace clew::api {

// Appends `text` to `out` when it is one JSON value (RFC 8259) of at most json::kDepthMax levels and valid UTF-8; else
// leaves `out` alone and returns false. Integers that a double cannot hold are appended as strings, because most
// clients would round them.
bool append_if_json(std::string& out, std::string_view text);

}  // namespace clew::api

// The few shapes of XML an S3 store answers with. Not an XML parser: flat elements by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clew::blob {

// The content of the first <name>…</name> in `xml`, entities decoded.
std::optional<std::string> element(std::string_view xml, std::string_view name);
// The raw content of every <name>…</name>, not nested.
std::vector<std::string_view> elements(std::string_view xml, std::string_view name);

}  // namespace clew::blob

// Small operations on text that every module may need.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clew::text {

std::string lower(std::string_view text);  // ASCII only
bool equals_ignore_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

// At most `characters_max` Unicode characters from the start; never cuts inside one.
std::string_view prefix(std::string_view text, std::size_t characters_max);
std::size_t characters(std::string_view text);

bool is_utf8(std::string_view text);
// Replaces every invalid byte by U+FFFD, so that what is stored can always be read as text.
std::string sanitize_utf8(std::string text);

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // standard and URL-safe alphabet, padding optional
// Percent decoding of a path segment (+ stays) or of a query part (+ is a space). Null for a broken escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

// Escapes everything but letters, digits and -_.~ (RFC 3986 unreserved).
std::string percent_encode(std::string_view text);

// A random UUID of version 4 in lower case, from the operating system's generator.
std::string random_uuid();
std::string random_hex(std::size_t bytes);

}  // namespace clew::text

// The kinds of files that may be stored, and how each may be handed to a browser.
#pragma once

#include <string>
#include <string_view>

namespace clew::media {

// Whether files of this type are accepted (the list of the public API).
bool is_known_type(std::string_view content_type);

// Whether a browser may show it in place. Everything that can carry script (HTML, SVG, XML, JavaScript, PDF, text) is
// only ever downloaded.
bool is_shown_inline(std::string_view content_type);

// "png" for "image/png": the end of a blob's key and of a downloaded file's name; only letters and digits.
std::string extension_of(std::string_view content_type);

}  // namespace clew::media

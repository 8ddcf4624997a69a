// Secrets made at the first start of an embedded installation, kept in <data>/secrets.json (mode 0600).
#pragma once

#include <string>

#include "base/result.h"
#include "config/settings.h"

namespace clew::config {

// Fills auth.salt, auth.nextauth_secret and auth.encryption_key where they are missing: from the file, else newly made
// and written there durably before this returns. Values that were given stay and are not written.
// kUnavailable: the file cannot be read or written; kCorruption: it is not what we wrote.
Result<> fill_missing_secrets(const std::string& data_dir, AuthSettings& auth);

}  // namespace clew::config

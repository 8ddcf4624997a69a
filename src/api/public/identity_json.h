// API keys and memberships as the public API shows them, for projects and organisations alike.
#pragma once

#include "base/json.h"
#include "projects/api_keys.h"
#include "projects/organizations.h"

namespace clew::api {

// `name` and its old word `note` carry the same.
json::Object key_json(const projects::ApiKey& key);
json::Object member_json(const projects::Member& member);

}  // namespace clew::api

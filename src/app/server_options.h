// From the settings of the server to the options of an HTTP server.
#pragma once

#include "config/settings.h"
#include "http/server.h"

namespace clew::app {

http::ServerOptions server_options(const config::ServerSettings& server);

}  // namespace clew::app

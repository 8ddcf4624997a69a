// The subcommands of `clew`, one function each; the return value is the exit status.
#pragma once

#include <string>
#include <vector>

namespace clew::cmd {

// `arguments` are those after the subcommand.
int serve(std::vector<std::string> arguments);
int doctor(std::vector<std::string> arguments);
int fsck(std::vector<std::string> arguments);
int config(std::vector<std::string> arguments);
int retention(std::vector<std::string> arguments);
int prices(std::vector<std::string> arguments);
int version();

}  // namespace clew::cmd

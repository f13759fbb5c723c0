#pragma once

#include <string_view>

namespace qnet::cli {

enum class Errc {
  bad_value = 1,
  unknown_key,
  unknown_flag,
  unknown_command,
  unreadable_file,
  bad_file,
  missing,
  folder_in_use,
  refused,  ///< by a running QNet
};

[[nodiscard]] inline const char* error_domain(Errc) { return "options"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::cli

// A data file that was compiled into the program (cmake/EmbedData.cmake).
#pragma once

#include <string_view>

namespace qnet::base {

struct EmbeddedFile {
  std::string_view name;
  std::string_view text;
};

}  // namespace qnet::base

// Which files of a state folder are not what QNet has written.
#pragma once

#include <filesystem>

namespace qnet::cli {

/// By the file's name, as far as its form tells. False for files that QNet does not know, and for those whose
/// loss costs nothing.
[[nodiscard]] bool is_damaged(const std::filesystem::path& file);

}  // namespace qnet::cli

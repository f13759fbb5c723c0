// A file that is whole, or is not there: also after the machine has lost its power.
#pragma once

#include <filesystem>

#include "foundation/base/bytes.hpp"

namespace qnet::base {

/// What becomes of a file that has the name already.
enum class Existing { keep, replace };

/// Writes a file of this user's alone (0600), which gets its name when all of it is on the disk. Gives 0, or
/// errno; EEXIST when there is one that is kept.
[[nodiscard]] int write_file_durably(const std::filesystem::path& file, ByteView content, Existing existing);

}  // namespace qnet::base

// A file of secrets: it is read only when nobody but its owner has rights on it.
#pragma once

#include <filesystem>

#include "foundation/base/bytes.hpp"

namespace qnet::base {

struct PrivateRead {
  enum class Outcome {
    done,
    missing,
    unreadable,  ///< `error` says why
    exposed,     ///< others may read or change it
    other_size,  ///< or no file at all: a folder, a pipe
  };
  Outcome outcome = Outcome::done;
  int error = 0;  ///< errno
};

/// Fills `content` with a file of just that size. What else comes back leaves `content` without meaning.
[[nodiscard]] PrivateRead read_private_file(const std::filesystem::path& file, MutableBytes content);

/// Makes a folder for such files where there is none, for its owner alone. One that is there stays as it is.
/// Gives 0, or errno.
[[nodiscard]] int make_private_folder(const std::filesystem::path& folder);

}  // namespace qnet::base

#include "foundation/logging/rotating_file.hpp"

#include <cerrno>
#include <cstdio>

namespace qnet::logging {

int RotatingFile::open() { return open_.open(file_); }

int RotatingFile::write(std::string_view line) {
  if (!open_.is_open())
    if (const int problem = open(); problem != 0) return problem;
  if (open_.size() > 0 && open_.size() + line.size() > limits_.bytes)
    if (const int problem = rotate(); problem != 0) return problem;
  return open_.append(line);
}

std::filesystem::path RotatingFile::name_of(std::size_t number) const {
  auto name = file_;
  if (number > 0) name += "." + std::to_string(number);
  return name;
}

/// Each file takes the place of the one before it; the oldest is replaced.
int RotatingFile::rotate() {
  if (limits_.files < 2) {
    if (std::remove(file_.c_str()) != 0) return errno;
    return open();
  }
  for (auto number = limits_.files - 1; number > 0; --number)
    if (std::rename(name_of(number - 1).c_str(), name_of(number).c_str()) != 0 && errno != ENOENT)
      return errno;
  return open();
}

}  // namespace qnet::logging

#include "foundation/logging/journal.hpp"

#include <sys/stat.h>

#include <string>

namespace qnet::logging {

bool is_journal(int fd, std::string_view journal_stream) {
  struct stat info{};
  if (journal_stream.empty() || ::fstat(fd, &info) != 0) return false;
  return journal_stream == std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
}

}  // namespace qnet::logging

#include "node/memory_limit.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>

namespace qnet::node {

namespace {

constexpr auto kNone = std::numeric_limits<std::size_t>::max();

std::size_t machine_memory() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES);
  const auto size = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || size <= 0) return kNone;
  return static_cast<std::size_t>(pages) * static_cast<std::size_t>(size);
}

std::size_t resource_limit(decltype(RLIMIT_AS) which) {
  rlimit limit{};
  if (::getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kNone;
  return limit.rlim_cur;
}

/// "max", or a file that is not there: none.
std::size_t number_in(const std::filesystem::path& file) {
  std::size_t number = 0;
  return std::ifstream(file) >> number && number > 0 ? number : kNone;
}

/// Of the group, and of all above it: each holds for what is below. In a container the path may be the
/// host's, of which only the top is seen.
std::size_t limit_of_group(const std::filesystem::path& hierarchy, std::string_view group, const char* file) {
  auto least = number_in(hierarchy / file);
  auto folder = hierarchy;
  for (const auto& part : std::filesystem::path(group).relative_path()) {
    folder /= part;
    least = std::min(least, number_in(folder / file));
  }
  return least;
}

/// Lines of /proc/self/cgroup: "0::/GROUP" (v2), "NUMBER:CONTROLLERS:/GROUP" (v1).
std::size_t control_group_limit(const std::filesystem::path& root) {
  const auto mounted = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  auto least = kNone;
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const auto group = std::string_view(line).substr(second + 1);
    if (controllers == ",,") least = std::min(least, limit_of_group(mounted, group, "memory.max"));
    if (controllers.find(",memory,") != std::string::npos)
      least = std::min(least, limit_of_group(mounted / "memory", group, "memory.limit_in_bytes"));
  }
  return least;
}

}  // namespace

std::size_t memory_limit(const std::filesystem::path& root) {
  return std::min({machine_memory(), control_group_limit(root), process_limit()});
}

std::size_t process_limit() { return std::min(resource_limit(RLIMIT_AS), resource_limit(RLIMIT_DATA)); }

std::size_t session_memory(std::size_t memory_limit) {
  constexpr std::size_t least = std::size_t{16} * 1024 * 1024;
  // Nobody says: as on a small machine.
  if (memory_limit == kNone) return 4 * least;
  return std::max(least, memory_limit / 4);
}

}  // namespace qnet::node

#include "node/memory_limit.hpp"

#include <sys/resource.h>

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace qnet::node {
namespace {

constexpr std::size_t kMega = 1024 * 1024;

/// A folder with /proc and /sys as a process in a control group sees them.
class MemoryLimit : public ::testing::Test {
 protected:
  ~MemoryLimit() override { std::filesystem::remove_all(root_); }
  void write(const std::filesystem::path& file, std::string_view text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  std::filesystem::path root_ = [] {
    std::string name = (std::filesystem::temp_directory_path() / "memory_limit.XXXXXX").string();
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
};

TEST_F(MemoryLimit, is_the_machines_memory_where_nothing_else_is_known) {
  EXPECT_GT(memory_limit(root_), 64 * kMega);
  EXPECT_LT(memory_limit(root_), std::size_t{1} << 60U);
}

TEST_F(MemoryLimit, is_that_of_the_containers_group) {
  const auto machine = memory_limit(root_);
  write("proc/self/cgroup", "0::/\n");
  write("sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(memory_limit(root_), machine);
  write("sys/fs/cgroup/memory.max", "52428800\n");
  EXPECT_EQ(memory_limit(root_), 50 * kMega);
}

TEST_F(MemoryLimit, is_the_least_of_the_group_and_those_above) {
  write("proc/self/cgroup", "0::/system.slice/qnet.service\n");
  write("sys/fs/cgroup/system.slice/memory.max", "62914560\n");
  write("sys/fs/cgroup/system.slice/qnet.service/memory.max", "max\n");
  EXPECT_EQ(memory_limit(root_), 60 * kMega);
  write("sys/fs/cgroup/system.slice/qnet.service/memory.max", "52428800\n");
  EXPECT_EQ(memory_limit(root_), 50 * kMega);
}

TEST_F(MemoryLimit, is_that_of_version_1_also_where_the_groups_path_is_the_hosts) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/docker/1f\n4:memory:/docker/1f\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "52428800\n");
  EXPECT_EQ(memory_limit(root_), 50 * kMega);
}

/// In a process of its own, which may allocate nothing afterwards: 0 when the limit is what counts.
void measure_under(decltype(RLIMIT_AS) which) {
  rlimit limit{};
  limit.rlim_cur = limit.rlim_max = 50 * kMega;
  if (::setrlimit(which, &limit) != 0) std::_Exit(2);
  std::_Exit(process_limit() == 50 * kMega ? 0 : 1);
}

TEST_F(MemoryLimit, is_that_of_the_process) {
  for (const auto which : {RLIMIT_AS, RLIMIT_DATA})
    EXPECT_EXIT(measure_under(which), ::testing::ExitedWithCode(0), "");
}

TEST(SessionMemory, is_a_quarter_of_what_the_process_may_use) {
  EXPECT_EQ(session_memory(1024 * kMega), 256 * kMega);
  EXPECT_EQ(session_memory(20 * kMega), 16 * kMega) << "at least so much, or nobody could be served";
}

}  // namespace
}  // namespace qnet::node

#include "foundation/logging/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <string>

#include <gtest/gtest.h>

#include "foundation/base/file_handle.hpp"

namespace qnet::logging {
namespace {

TEST(Journal, is_the_very_stream_that_systemd_named) {
  const base::FileHandle null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  const base::FileHandle other(::open("/dev/zero", O_WRONLY | O_CLOEXEC));
  struct stat info{};
  ASSERT_EQ(::fstat(null.get(), &info), 0);
  const auto name = std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino);
  EXPECT_TRUE(is_journal(null.get(), name));
  EXPECT_FALSE(is_journal(other.get(), name));  // it was redirected, and the variable inherited
  EXPECT_FALSE(is_journal(null.get(), ""));
  EXPECT_FALSE(is_journal(null.get(), "8:nonsense"));
  EXPECT_FALSE(is_journal(-1, name));
}

}  // namespace
}  // namespace qnet::logging

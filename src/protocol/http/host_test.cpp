#include "protocol/http/host.hpp"

#include <gtest/gtest.h>

namespace qnet::http {
namespace {

TEST(LocalHost, is_only_one_of_this_machines_own_names) {
  for (const auto* host :
       {"localhost", "LocalHost:80", "127.0.0.1", "127.0.0.1:8088", "[::1]", "[::1]:65535"})
    EXPECT_TRUE(is_local_host(host)) << host;
  for (const auto* host :
       {"", "localhost.", "localhost:", "localhost:http", "localhost:123456", "localhost.evil.example",
        "localhostevil", "evil.example:8088", "127.0.0.1.evil.example", "127.0.0.2", "0.0.0.0", "::1", "[::1",
        "[::1].evil.example", "user@localhost", "localhost:80:80", "localhost ", " localhost"})
    EXPECT_FALSE(is_local_host(host)) << host;
}

}  // namespace
}  // namespace qnet::http

#include "foundation/net/host_addresses.hpp"

#include <gtest/gtest.h>

#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/run.hpp"
#include "foundation/net/testing/silent_port.hpp"

namespace qnet::net {
namespace {

using boost::asio::ip::make_address;
using namespace std::chrono_literals;

class Addresses : public ::testing::Test {
 protected:
  Task<base::Result<Endpoints>> answer() {
    ++lookups;
    co_return answers;
  }
  [[nodiscard]] HostAddresses host(std::chrono::milliseconds fresh_for = 1h) {
    return {"www.example.com", 443, [this](auto, auto, auto) { return answer(); }, fresh_for};
  }
  base::Result<tcp::socket> connect(const HostAddresses& to, std::chrono::milliseconds deadline = 30s) {
    return testing::run(io, to.connect(deadline));
  }

  boost::asio::io_context io{1};
  tcp::acceptor good{io, tcp::endpoint{make_address("127.0.0.1"), 0}};
  base::Result<Endpoints> answers = Endpoints{good.local_endpoint()};
  int lookups = 0;
};

TEST_F(Addresses, are_looked_up_once_for_many_connections) {
  const auto to = host();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(connect(to));
  EXPECT_EQ(lookups, 1);
}

TEST_F(Addresses, that_are_stale_are_used_while_the_name_is_looked_up_again) {
  const auto to = host(0ms);
  ASSERT_TRUE(connect(to));
  answers = base::fail(Errc::no_such_host);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(connect(to)) << "a name server that fails does not matter";
  EXPECT_TRUE(testing::comes_true(io, [&] { return lookups == 6; }));
}

TEST_F(Addresses, that_do_not_answer_are_forgotten) {
  const testing::SilentPort silent(io);
  const auto to = host();
  answers = Endpoints{silent.endpoint()};
  const auto failed = connect(to, 20ms);
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(Errc::timed_out));
  EXPECT_EQ(failed.error().context(), "www.example.com");
  answers = Endpoints{good.local_endpoint()};  // the host has moved
  EXPECT_TRUE(connect(to));
}

TEST_F(Addresses, of_a_name_that_cannot_be_found_are_asked_for_again) {
  const auto to = host();
  answers = base::fail(Errc::no_such_host, "www.example.com");
  EXPECT_TRUE(connect(to).error().is(Errc::no_such_host));
  answers = Endpoints{good.local_endpoint()};
  EXPECT_TRUE(connect(to));
}

}  // namespace
}  // namespace qnet::net

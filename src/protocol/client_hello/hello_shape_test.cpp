#include "protocol/client_hello/hello_shape.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {
namespace {

base::Bytes hello_of(const Template& browser, std::string_view name, std::uint64_t seed) {
  base::testing::SeededRandom random(seed);
  const auto pair = crypto::X25519KeyPair::generate(random);
  const auto kem = crypto::MlKemKeyPair::generate(random);
  return build_client_hello(browser, {name, pair.public_key, pair.public_key, &kem.public_key}, random)
      .record;
}

TEST(HelloShape, is_the_same_for_all_hellos_of_a_browser_and_differs_between_browsers) {
  std::vector<std::string> shapes;
  for (const auto& browser : builtin_templates()) {
    const auto first = hello_shape(parse_client_hello(hello_of(browser, "www.example.com", 1)).hello);
    for (std::uint64_t seed = 2; seed < 20; ++seed)
      EXPECT_EQ(hello_shape(parse_client_hello(hello_of(browser, "a.longer.name.example.org", seed)).hello),
                first)
          << browser.name;
    shapes.push_back(first);
  }
}

}  // namespace
}  // namespace qnet::client_hello

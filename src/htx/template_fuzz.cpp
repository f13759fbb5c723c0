// The data files, as an operator may edit them: an error that says why, or a template whose hello is one that
// our own parser reads.
#include <cstdlib>

#include "base/testing/seeded_random.hpp"
#include "htx/client_hello.hpp"
#include "htx/client_hello_builder.hpp"
#include "htx/mirror_profile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const auto text = base::text_of({data, size});
  if (const auto profile = htx::parse_profile(text); !profile && profile.error().message().empty())
    std::abort();
  const auto browser = htx::parse_template(text);
  if (!browser) return browser.error().message().empty() ? std::abort() : void(), 0;
  base::testing::SeededRandom random(1);
  static const auto kem = crypto::MlKemKeyPair::generate(random);
  const htx::HelloInputs inputs{"www.example.com", {}, {}, &kem.public_key};
  (void)htx::build_client_hello(*browser, inputs, random);
  return 0;
}

// A template's file, as an operator may edit it: an error that says why, or a template whose hello is one
// that our own parser reads.
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const auto text = base::text_of({data, size});
  const auto browser = client_hello::parse_template(text);
  if (!browser) return browser.error().message().empty() ? std::abort() : void(), 0;
  base::testing::SeededRandom random(1);
  static const auto kem = crypto::MlKemKeyPair::generate(random);
  const client_hello::HelloInputs inputs{"www.example.com", {}, {}, &kem.public_key};
  (void)client_hello::build_client_hello(*browser, inputs, random);
  return 0;
}

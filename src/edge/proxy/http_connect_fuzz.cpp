#include "edge/proxy/http_connect.hpp"
#include "edge/proxy/testing/dialogue_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet::proxy;
  testing::fuzz_dialogue<HttpConnect>({data, size}, HttpConnectLimits::head);
  return 0;
}

#include "edge/proxy/socks5.hpp"
#include "edge/proxy/testing/dialogue_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet::proxy;
  testing::fuzz_dialogue<Socks5>({data, size}, Socks5Limits::dialogue);
  return 0;
}

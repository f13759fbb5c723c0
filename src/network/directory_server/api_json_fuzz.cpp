// Whatever a stranger posts.
#include "network/directory_server/api_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  (void)directory::registration_in(base::text_of({data, size}));
  return 0;
}

// A mirror profile's file, as somebody may have edited it: a profile, or an error that says why.
#include <cstdlib>

#include "transport/htx/mirror_profile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const auto profile = htx::parse_profile(base::text_of({data, size}));
  if (!profile && profile.error().message().empty()) std::abort();
  return 0;
}

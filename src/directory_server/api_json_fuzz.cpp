// Whatever a stranger posts.
#include <cstdlib>

#include "directory/registration.hpp"
#include "directory_server/api_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const auto wire = directory::registration_in(base::text_of({data, size}));
  if (wire && !directory::Registration::parse(*wire)) std::abort();
  return 0;
}

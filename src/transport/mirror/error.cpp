#include "transport/mirror/error.hpp"

namespace qnet::mirror {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::cannot_save: return "a file cannot be written; check the state folder's rights and free space";
    case Errc::origin_unsuitable:
      return "this cover origin cannot be mirrored; choose another with --cover-origin (qnet cover check "
             "HOST "
             "tells how good one is)";
    case Errc::page_too_long: return "the page is longer than this client reads";
  }
  return "unknown mirror error";
}

}  // namespace qnet::mirror

#include "demo/demo_site/error.hpp"

namespace qnet::demo_site {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::cannot_listen: return "the demo's web site cannot listen";
    case Errc::bad_certificate: return "the demo's web site cannot use its certificate";
  }
  return "unknown web site error";
}

}  // namespace qnet::demo_site

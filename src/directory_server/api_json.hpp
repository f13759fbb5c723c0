// The JSON of the HTTP API (docs/spec/openapi.yaml).
#pragma once

#include <string>
#include <string_view>

#include "directory/roster.hpp"

namespace qnet::directory {

/// The signed registration in a request's body. The readable fields beside it are a courtesy: they may be
/// left out, but must not say anything else than what was signed. Error: malformed, with what is wrong.
[[nodiscard]] base::Result<base::Bytes> registration_in(std::string_view json);

/// What a relay posts.
[[nodiscard]] std::string registration_json(const Descriptor& descriptor, base::ByteView registration);

/// One relay as it is listed.
[[nodiscard]] std::string relay_json(const Entry& entry);

/// {"relays": […], "count": n}, one relay after the other.
class ListingJson {
 public:
  void add(const Entry& entry);
  [[nodiscard]] std::string take();

 private:
  std::string text_ = "{\"relays\":[";
  std::size_t count_ = 0;
};

}  // namespace qnet::directory

// The JSON of the HTTP API (docs/spec/openapi.yaml).
#pragma once

#include <string>
#include <string_view>

#include "network/directory/roster.hpp"

namespace qnet::directory {

/// The signed registration in a request's body. The readable fields beside it may be left out, but must agree
/// with what was signed. Error: malformed, with what is wrong.
[[nodiscard]] base::Result<Registration> registration_in(std::string_view json);

/// What a relay posts.
[[nodiscard]] std::string registration_json(const Descriptor& descriptor, base::ByteView registration);

/// {"relays": […], "count": n}, one relay after the other.
class ListingJson {
 public:
  /// `expected`: about as many relays come.
  explicit ListingJson(std::size_t expected = 0) { text_.reserve(text_.size() + expected * kAbout); }
  void add(const Entry& entry);
  [[nodiscard]] std::string take();

 private:
  /// Bytes of a relay. A long listing that grows by doubling is copied a dozen times, and takes twice its
  /// size.
  static constexpr std::size_t kAbout = 800;

  std::string text_ = "{\"relays\":[";
  std::size_t count_ = 0;
};

}  // namespace qnet::directory

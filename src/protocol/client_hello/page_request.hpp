// What a browser says over HTTP when it opens a page on a new connection, as data. The words of the files are
// told in data/templates/README.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "foundation/base/result.hpp"

namespace qnet::client_hello {

class TomlReader;

struct PageRequest {
  /// This value of a field stands for the server's name, with the port where it is not 443.
  static constexpr std::string_view host_word = "HOST";
  static constexpr std::uint32_t max_weight = 256;  // RFC 9113 §5.3.1
  static constexpr std::size_t max_settings = 16;
  static constexpr std::size_t max_fields = 64;
  static constexpr std::size_t max_field = 1024;

  struct Setting {
    std::uint16_t id = 0;
    std::uint32_t value = 0;
    bool operator==(const Setting&) const = default;
  };
  struct Field {
    std::string name;
    std::string value;
    /// What is sent to the server of this name.
    [[nodiscard]] const std::string& value_at(const std::string& authority) const {
      return value == host_word ? authority : value;
    }
    bool operator==(const Field&) const = default;
  };

  std::vector<Setting> settings;  ///< of HTTP/2, in their order
  std::uint32_t window = 0;       ///< what the first WINDOW_UPDATE of the connection adds
  std::uint32_t stream_window =
      0;                     ///< what a WINDOW_UPDATE of the stream adds, behind HEADERS; 0: there is none
  std::uint32_t weight = 0;  ///< of the HEADERS frame's priority; 0: it has none
  bool exclusive = false;    ///< that priority
  std::vector<Field> http2;  ///< pseudo-headers included
  std::vector<Field> http1;  ///< behind "GET / HTTP/1.1"

  /// The body size of the record with the preface, SETTINGS and WINDOW_UPDATE.
  [[nodiscard]] std::size_t opening_record() const;
  bool operator==(const PageRequest&) const = default;
};

/// The whole of it.
[[nodiscard]] base::Result<PageRequest> read_page_request(TomlReader& reader);
/// The two lists of fields alone.
[[nodiscard]] base::Result<void> read_fields(TomlReader& reader, PageRequest& to);

}  // namespace qnet::client_hello

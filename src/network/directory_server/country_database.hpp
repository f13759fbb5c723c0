// Where an address is, by a database in MaxMind's format that the operator provides.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "foundation/base/result.hpp"
#include "foundation/ip/ip_address.hpp"

namespace qnet::directory {

class CountryDatabase {
 public:
  /// Error: bad_database, with the file and the reason.
  [[nodiscard]] static base::Result<CountryDatabase> open(const std::filesystem::path& file);
  CountryDatabase(CountryDatabase&&) noexcept;
  CountryDatabase& operator=(CountryDatabase&&) noexcept;
  ~CountryDatabase();

  /// ISO 3166-1, two capital letters; nothing for an address that is not in it.
  [[nodiscard]] std::optional<std::string> country_of(const ip::IpAddress& address) const;

 private:
  struct Closer;
  struct Handle;
  explicit CountryDatabase(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace qnet::directory

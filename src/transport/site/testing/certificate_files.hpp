// For tests: a web site's certificate and key in a folder of their own.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "foundation/crypto/self_signed.hpp"
#include "protocol/openssl_tls/context.hpp"

namespace qnet::site::testing {

class CertificateFiles {
 public:
  static constexpr const char* name = "www.example.com";

  CertificateFiles() {
    namespace fs = std::filesystem;
    std::string pattern = (fs::temp_directory_path() / "qnet-site-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    const auto now = std::chrono::system_clock::now();
    const std::string names[] = {name};
    const auto made = crypto::self_signed(names, now - std::chrono::hours(1), now + std::chrono::hours(24));
    std::ofstream(files.certificate = folder_ / "cert.pem") << made->certificate_pem;
    const auto* der = made->private_key.view().data();
    auto* const key = d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(made->private_key.view().size()));
    auto* const out = std::fopen((files.key = folder_ / "key.pem").c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    (void)std::fclose(out);
    EVP_PKEY_free(key);
  }
  CertificateFiles(const CertificateFiles&) = delete;
  CertificateFiles& operator=(const CertificateFiles&) = delete;
  ~CertificateFiles() { std::filesystem::remove_all(folder_); }

  openssl_tls::CertificateFiles files;

 private:
  std::filesystem::path folder_;
};

}  // namespace qnet::site::testing

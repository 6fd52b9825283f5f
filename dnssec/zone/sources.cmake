# What a signed zone is.
target_sources(minidns_dnssec PRIVATE
  zone/canonical.cpp
  zone/change_signer.cpp
  zone/content_view.cpp
  zone/denial.cpp
  zone/digest.cpp
  zone/digest_key.cpp
  zone/hash.cpp
  zone/nsec3_chain.cpp
  zone/nsec3_change.cpp
  zone/nsec3_names.cpp
  zone/nsec3_search.cpp
  zone/owner_form.cpp
  zone/sign_change.cpp
  zone/signature_batch.cpp
  zone/signature_plan.cpp
  zone/slot.cpp
  zone/zone_signer.cpp
  zone/zonemd.cpp)

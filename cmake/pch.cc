// Carries the precompiled header; see cmake/modules.cmake.

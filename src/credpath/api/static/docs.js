// Starts Swagger UI on the schema of this server. Own file: the page's policy allows no inline script.
window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    validatorUrl: null, // the default one calls a server outside
    persistAuthorization: false,
    tryItOutEnabled: true,
  });
});
